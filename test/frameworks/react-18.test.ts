import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { installLocked } from './npm.ts'
import { describeTypes } from './types.ts'
import { describeWrapper } from './wrapper.ts'

const folder = fileURLToPath(new URL('react-18/', import.meta.url))
const entry = `${folder}node_modules/coinslot/dist/widget/react.js`

let installing: Promise<void> | undefined
const install = () => (installing ??= installLocked(folder))

describeWrapper({ version: '18', folder, install, entry })
describeTypes('React 18', {
  folder,
  install,
  files: ['types/react-18.tsx', 'wrapper/app.tsx'],
  options: { jsx: ts.JsxEmit.ReactJSX },
})
