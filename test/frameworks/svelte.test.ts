import { describeSample } from './behaviour.ts'

describeSample({ name: 'svelte', site: 'dist' })
