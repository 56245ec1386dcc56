import ts from 'typescript'
import { describeSample } from './behaviour.ts'
import { describeCases } from './cases.ts'
import { folderOf, install } from './sample.ts'
import { describeTypes } from './types.ts'

const sample = { name: 'solid', site: 'dist' }

describeSample(sample)
describeCases({ title: 'Solid', sample, page: 'solid' })
describeTypes('Solid', {
  folder: folderOf(sample),
  install: () => install(sample),
  files: ['types/solid.tsx'],
  options: { jsx: ts.JsxEmit.Preserve, jsxImportSource: 'solid-js' },
})
