import { describeSample } from './behaviour.ts'

describeSample({ name: 'sveltekit', site: ['build'], needsNewerNode: true })
