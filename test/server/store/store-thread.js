/** The thread of the store from its source, which Node cannot read by itself. */
import { register } from 'tsx/esm/api'

register()
await import('../../../server/store/store-thread.ts')
