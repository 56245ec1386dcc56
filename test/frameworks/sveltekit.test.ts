import { describeSample } from './behaviour.ts'
import { itIsServerRendered } from './server-rendered.ts'

describeSample({ name: 'sveltekit', site: ['build'], needsNewerNode: true }, itIsServerRendered)
