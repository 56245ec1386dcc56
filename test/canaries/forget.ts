/** Before the tests of the server, which are the first: what earlier runs have left is not searched again. */
import { forgetTraces } from './traces.ts'

export default forgetTraces
