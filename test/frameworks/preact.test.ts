import ts from 'typescript'
import { describeSample } from './behaviour.ts'
import { describeCases, FALSE_BEFORE, OBJECT_BEFORE, TEXT_ENDS } from './cases.ts'
import { folderOf, install } from './sample.ts'
import { describeTypes } from './types.ts'

const sample = { name: 'preact', site: 'dist' }

describeSample(sample)
describeCases({
  title: 'Preact',
  sample,
  page: 'preact',
  cannot: [TEXT_ENDS, FALSE_BEFORE, OBJECT_BEFORE],
})
describeTypes('Preact', {
  folder: folderOf(sample),
  install: () => install(sample),
  files: ['types/preact.tsx'],
  options: { jsx: ts.JsxEmit.ReactJSX, jsxImportSource: 'preact' },
})
