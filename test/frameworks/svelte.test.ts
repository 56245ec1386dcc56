import { describeSample } from './behaviour.ts'
import { describeCases } from './cases.ts'

const sample = { name: 'svelte', site: 'dist' }

describeSample(sample)
describeCases({ title: 'Svelte', sample, page: 'svelte' })
