@rem Shells on other systems have this word: "exec" puts the program in their own place, so that
@rem npm hands signals to it and not to a shell. Here it only starts the program.
@%*
