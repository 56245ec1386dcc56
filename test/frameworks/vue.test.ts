import { describeSample } from './behaviour.ts'
import { describeCases, OBJECT_BEFORE } from './cases.ts'
import { folderOf, install } from './sample.ts'
import { describeTypes } from './types.ts'

const sample = { name: 'vue', site: 'dist' }

describeSample(sample)
describeCases({ title: 'Vue', sample, page: 'vue', cannot: [OBJECT_BEFORE] })
describeTypes('Vue', {
  folder: folderOf(sample),
  install: () => install(sample),
  files: ['types/vue.ts'],
})
