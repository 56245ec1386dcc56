/** What the script tag runs: it registers the elements, and exports only what a page can say to all of them. */
import { register } from './register.ts'

export { configure } from './configuration.ts'
export type * from './elements.ts'

register()
