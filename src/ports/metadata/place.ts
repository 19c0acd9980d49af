/** A place in the tree: a container, and the name there in the form in which names are compared. */
export interface Place {
  containerId: string
  nameKey: string
}
