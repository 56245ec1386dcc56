import { describeSample } from './behaviour.ts'
import { describeCases } from './cases.ts'
import { folderOf, install } from './sample.ts'
import { describeTypes } from './types.ts'

const sample = { name: 'svelte', site: 'dist' }

describeSample(sample)
describeCases({ title: 'Svelte', sample, page: 'svelte' })
describeTypes('Svelte', {
  folder: folderOf(sample),
  install: () => install(sample),
  files: ['types/svelte.ts'],
})
