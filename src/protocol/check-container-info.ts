import type { InfoProperties } from './check-file-info.ts'

/** What the answer of CheckContainerInfo is derived from. */
export interface ContainerFacts {
  name: string
  /** A page about the container. */
  hostUrl: string | undefined
  shareUrlTypes: readonly string[]
  isEduUser: boolean
  /** Whether Office checks the user's licence before editing. */
  isBusinessUser: boolean
  /** What this token allows. */
  may: { create: boolean; rename: boolean; delete: boolean }
}

/** Every property that the host sends by itself; applications may send others. */
const PROPERTIES: Readonly<Record<string, (facts: ContainerFacts) => unknown>> = {
  Name: (facts) => facts.name,
  HostUrl: (facts) => facts.hostUrl,
  SupportedShareUrlTypes: ({ shareUrlTypes }) =>
    shareUrlTypes.length > 0 ? shareUrlTypes : undefined,
  IsEduUser: (facts) => facts.isEduUser,
  LicenseCheckForEditIsEnabled: (facts) => facts.isBusinessUser,
  UserCanCreateChildContainer: (facts) => facts.may.create,
  UserCanCreateChildFile: (facts) => facts.may.create,
  UserCanDelete: (facts) => facts.may.delete,
  UserCanRename: (facts) => facts.may.rename,
}

/**
 * The body of CheckContainerInfo's answer, which is also the `ContainerInfo` of other answers (page
 * "CheckContainerInfo"). What is undefined is left out.
 */
export function checkContainerInfoProperties(facts: ContainerFacts): InfoProperties {
  const properties: InfoProperties = {}
  for (const [name, derive] of Object.entries(PROPERTIES)) {
    const value = derive(facts)
    if (value !== undefined) properties[name] = value
  }
  return properties
}
