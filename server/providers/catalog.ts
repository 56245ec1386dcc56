/** The providers that there are; a new one is a file beside this one and a line in the list. */
import { kadosei } from './kadosei.ts'
import { kuvarpay } from './kuvarpay.ts'
import type { ProviderDefinition } from './provider.ts'
import { sandbox } from './sandbox.ts'
import { sprintcheckout } from './sprintcheckout.ts'

export const definitions: readonly ProviderDefinition[] = [
  sandbox,
  sprintcheckout,
  kadosei,
  kuvarpay,
]
