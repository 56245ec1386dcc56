/** What the script tag runs: it registers the elements, and exports only what a page can say to all of them. */
import { register } from './register.ts'
import { TemplateElement } from './template-element.ts'

export { configure } from './configuration.ts'
export type * from './elements.ts'

// The first number that a browser writes takes it longer than all of the rest: it has a task of its own, so that
// the page is not blocked by both at once.
setTimeout(() => (0).toLocaleString())
TemplateElement.ready = new Promise((resolve) => setTimeout(resolve))
register()
