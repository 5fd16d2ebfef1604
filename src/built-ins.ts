import archive from '../plugins/archive/index.ts';
import exec from '../plugins/exec/index.ts';
import log from '../plugins/log/index.ts';
import mail from '../plugins/mail/index.ts';
import mqtt from '../plugins/mqtt/index.ts';
import slack from '../plugins/slack/index.ts';
import webhook from '../plugins/webhook/index.ts';
import type { Plugin } from './plugin/api.ts';

/** The plugins that come with the daemon. They use the same contract as a user's own. */
export const BUILT_INS: Readonly<Record<string, Plugin<unknown>>> = {
  archive: archive as Plugin<unknown>,
  exec: exec as Plugin<unknown>,
  log: log as Plugin<unknown>,
  mail: mail as Plugin<unknown>,
  mqtt: mqtt as Plugin<unknown>,
  slack: slack as Plugin<unknown>,
  webhook: webhook as Plugin<unknown>,
};
