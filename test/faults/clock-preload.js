/** Loaded into a server before its own code: its clock is wrong by what a file says, read again at SIGUSR2. */
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.env['FAULTS_CLOCK'] ?? ''
const RealDate = Date
let offset = readOffset()

function readOffset() {
  return Number(readFileSync(file, 'utf8'))
}

process.on('SIGUSR2', () => {
  offset = readOffset()
  writeFileSync(`${file}.${process.pid}`, String(offset))
})

globalThis.Date = new Proxy(RealDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length > 0 ? values : [target.now() + offset], newTarget),
  get: (target, name, receiver) =>
    name === 'now' ? () => target.now() + offset : Reflect.get(target, name, receiver),
})
