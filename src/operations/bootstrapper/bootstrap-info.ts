import { clientUserId } from '../../protocol/user-ids.ts'
import { requireAddress } from '../shared/browsing.ts'
import type { BootstrapperContext } from '../shared/operation.ts'

/** The signed-in user and the address of their ecosystem, in every reply of the bootstrapper. */
export interface BootstrapInfo {
  EcosystemUrl: string
  UserId: string
  SignInName: string
  UserFriendlyName: string
}

/** @throws WopiError NOT_FOUND when the user has no right to anything here */
export async function bootstrapInfo(context: BootstrapperContext): Promise<BootstrapInfo> {
  const { userId, signInName, displayName } = context.user
  return {
    EcosystemUrl: await requireAddress(context, {}),
    UserId: clientUserId(userId),
    SignInName: signInName,
    UserFriendlyName: displayName,
  }
}
