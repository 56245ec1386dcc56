import { fileURLToPath } from 'node:url'
import { describeWrapper } from '../frameworks/wrapper.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

describeWrapper({ version: '19', folder: root, entry: `${root}dist/widget/react.js` })
