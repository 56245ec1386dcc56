import ts from 'typescript'
import { describeSample } from './behaviour.ts'
import { describeCases, FALSE_BEFORE, OBJECT_BEFORE } from './cases.ts'
import { folderOf, install } from './sample.ts'
import { describeTypes } from './types.ts'

const sample = { name: 'react', site: 'dist' }

describeSample(sample)
describeCases({ title: 'coinslot/react', sample, page: 'react' })
describeCases({
  title: 'React',
  sample,
  page: 'react-plain',
  cannot: [FALSE_BEFORE, OBJECT_BEFORE],
})
describeTypes('React', {
  folder: folderOf(sample),
  install: () => install(sample),
  files: ['types/react.tsx', 'types/script.ts', 'wrapper/app.tsx'],
  options: { jsx: ts.JsxEmit.ReactJSX },
})
