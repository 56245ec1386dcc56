/** Finds an installed program among names and places. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The path of the first of these names that is a program, in the `PATH` or in one of the places,
 * or of a place that is a program itself.
 *
 * @param {string[]} names
 * @param {string[]} [places]
 * @returns {string | undefined}
 */
export function findProgram(names, places = []) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...places].filter(Boolean)
  const programs = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...programs, ...places].find(isProgram)
}

/**
 * The program that an environment variable names, if it is set.
 *
 * @param {string} variable
 * @throws {Error} where it names no program
 */
export function chosenProgram(variable) {
  const path = process.env[variable]
  if (!path) return undefined
  if (!isProgram(path)) throw new Error(`${variable} names no program: ${path}`)
  return path
}

/** @param {string} path */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
