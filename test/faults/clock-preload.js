/** Loaded into a server before its own code: its clock is wrong by what a file says, read again at SIGUSR2. */
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.env['FAULTS_CLOCK'] ?? ''
const RealDate = Date
let offset = readOffset()

function readOffset() {
  return Number(readFileSync(file, 'utf8'))
}

/** Work of hours is done by this clock, too: as often as its time has come when the clock is moved. */
const AN_HOUR_MS = 3_600_000
const realSetInterval = globalThis.setInterval
/** @type {{ work: () => void, ms: number, dueAt: number }[]} */
const hourly = []

/** @type {(work: () => void, ms?: number) => NodeJS.Timeout} */
const setHourly = (work, ms = 0) => {
  if (ms >= AN_HOUR_MS) hourly.push({ work, ms, dueAt: Date.now() + ms })
  return realSetInterval(work, ms)
}
globalThis.setInterval = Object.assign(setHourly, realSetInterval)

function workHourly() {
  for (const one of hourly.filter(({ dueAt }) => dueAt <= Date.now())) {
    one.dueAt = Date.now() + one.ms
    one.work()
  }
}

process.on('SIGUSR2', () => {
  offset = readOffset()
  workHourly()
  writeFileSync(`${file}.${process.pid}`, String(offset))
})

globalThis.Date = new Proxy(RealDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length > 0 ? values : [target.now() + offset], newTarget),
  get: (target, name, receiver) =>
    name === 'now' ? () => target.now() + offset : Reflect.get(target, name, receiver),
})
