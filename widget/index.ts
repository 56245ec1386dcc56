/** What `import 'coinslot'` runs: it registers the elements, and exports what there is to them. */
import { register } from './register.ts'

export * from './elements.ts'

register()
