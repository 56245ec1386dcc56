import { describeSample } from './behaviour.ts'
import { describeCases, FALSE_BEFORE, OBJECT_BEFORE, TEXT_ENDS } from './cases.ts'

const sample = { name: 'preact', site: 'dist' }

describeSample(sample)
describeCases({
  title: 'Preact',
  sample,
  page: 'preact',
  cannot: [TEXT_ENDS, FALSE_BEFORE, OBJECT_BEFORE],
})
