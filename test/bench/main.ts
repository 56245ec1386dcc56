/** `npm run bench`: what Coinslot costs, always against a baseline that is measured in the same run. */
import { compareBundles } from './bundle-size.ts'
import { ourSubjects, peerSubjects } from './bundles.ts'
import { compareMainThread } from './main-thread.ts'
import { comparePages } from './pages.ts'
import { compareSessionCreation } from './session-creation.ts'
import { compareStart } from './start.ts'

const { form, bare, ours } = await ourSubjects()
const subjects = [form, bare, ours, ...(await peerSubjects())]
compareBundles(subjects)
await comparePages(subjects)
await compareMainThread(bare, ours)
await compareStart()
await compareSessionCreation()
