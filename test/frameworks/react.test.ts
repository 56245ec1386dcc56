import { describeSample } from './behaviour.ts'
import { describeCases, FALSE_BEFORE, OBJECT_BEFORE } from './cases.ts'

const sample = { name: 'react', site: 'dist' }

describeSample(sample)
describeCases({ title: 'coinslot/react', sample, page: 'react' })
describeCases({
  title: 'React',
  sample,
  page: 'react-plain',
  cannot: [FALSE_BEFORE, OBJECT_BEFORE],
})
