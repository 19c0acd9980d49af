/** What a server that has just started tells about itself. */
export interface Welcome {
  url: string
  /** Of the document to try. */
  wopiSrc: string
  accessToken: string
  /** How this command is called. */
  command: string
  /** What the other commands need to find the data folder; empty when they find it. */
  dataOption: string
  /** What is wrong with `url`, if anything is. */
  addressProblem: string | undefined
}

/** The text that a server prints when it has started: where it is, and commands to try. */
export function welcomeText(welcome: Welcome): string {
  const { url, wopiSrc, accessToken, command, dataOption, addressProblem } = welcome
  return `
wopikit answers at ${url}
${addressProblem ? `\nWarning: ${addressProblem}\n` : ''}
  Document to try (WOPISrc)   ${wopiSrc}
  Access token (10 hours)     ${accessToken}

What the host says about the document:

  curl '${wopiSrc}?access_token=${accessToken}'

Download it, and upload what you have changed:

  ${command} get ${wopiSrc} -o welcome.docx --token ${accessToken}
  ${command} put welcome.docx ${wopiSrc} --token ${accessToken}

Add a document of your own, and make a token for it:

  ${command} add FILE${dataOption}
  ${command} token FILE_ID --user ID --permission all${dataOption}

Ctrl-C stops the server.

`
}
