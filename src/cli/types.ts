import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, explain, UserError } from '../common/errors.ts';
import { VERSION } from '../common/version.ts';
import { pluginTypes } from '../plugin/types/types.ts';
import { EXIT } from './exit.ts';
import { fromHere, writeIfNew } from './files.ts';
import { pluginHome } from './plugin-home.ts';

export interface TypesOptions {
  readonly config?: string;
}

/** What nobody else's file begins with. */
const OURS = '// Types of voeventd';

const HEAD = `${OURS} ${VERSION} for plugins: import type { Plugin } from 'voeventd'. \`voeventd types\` writes this file anew; do not edit it.`;

const TSCONFIG = `{
  // For editors, and for tsc where it is installed. voeventd itself does not read it: it only takes the types away.
  "compilerOptions": {
    "target": "esnext",
    "lib": ["esnext", "dom"],
    "module": "preserve",
    "moduleDetection": "force",
    "noEmit": true,
    // A plugin in JavaScript is completed below /** @type {import('voeventd').Plugin} */, and checked where it says // @ts-check.
    "allowJs": true,
    "strict": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    // After \`npm install @types/node\`: ["node"]
    "types": []
  }
}
`;

/** `voeventd types`: what editors need to complete and check plugins. */
export async function typesCommand(directory: string | undefined, options: TypesOptions): Promise<number> {
  const folder = directory ?? (await pluginHome(options.config)).folder;
  for (const file of await writeTypes(folder)) process.stdout.write(`Wrote ${file}\n`);
  return EXIT.ok;
}

/**
 * Writes the declarations, and a tsconfig.json where there is none.
 *
 * @returns what was written, as paths from the working directory
 * @throws UserError when it cannot be, or when the file is somebody else's
 */
export async function writeTypes(folder: string): Promise<string[]> {
  const file = join(folder, 'voeventd.d.ts');
  const config = join(folder, 'tsconfig.json');
  try {
    mkdirSync(folder, { recursive: true });
    if (!mayBeWritten(file)) {
      throw new UserError(
        'types.taken',
        `Cannot write ${file}: it is not of voeventd. Move it, or name another folder: voeventd types DIR.`,
      );
    }
    writeFileSync(file, `${HEAD}\n\n${await pluginTypes()}`);
    return [file, ...(writeIfNew(config, TSCONFIG) ? [config] : [])].map(fromHere);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('types.write', `Cannot write into ${folder}: ${explain(error)}.`, { cause: error });
  }
}

function mayBeWritten(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').startsWith(OURS);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
}
