/** The version of this package, which the immutable widget URL carries. */
import manifest from '../package.json' with { type: 'json' }

export const version: string = manifest.version
