/** `npm run bench`: what Coinslot costs, always against a baseline that is measured in the same run. */
import { compareBundles } from './bundle-size.ts'
import { compareMainThread } from './main-thread.ts'
import { compareSessionCreation } from './session-creation.ts'
import { compareStart } from './start.ts'

await compareBundles()
await compareMainThread()
await compareStart()
await compareSessionCreation()
