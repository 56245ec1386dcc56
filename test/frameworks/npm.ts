/** npm, in the folder of a package. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Installs what the lockfile says. */
export function installLocked(folder: string, environment?: NodeJS.ProcessEnv): Promise<void> {
  return npm(folder, ['ci', '--prefer-offline', '--no-audit', '--no-fund'], environment)
}

/** @throws with what npm wrote, where it fails */
export async function npm(
  folder: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const options = { cwd: folder, env: environment, maxBuffer: 10 ** 8 }
  await promisify(execFile)('npm', args, options).catch(
    ({ message, stdout, stderr }: Record<string, string>) => {
      throw new Error([message, stdout, stderr].join('\n'))
    },
  )
}
