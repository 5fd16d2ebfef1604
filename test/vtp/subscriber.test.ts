import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { parseTransport } from '../../src/vtp/message.ts';
import { ScriptedBroker } from '../support/broker.ts';
import { ESTAR_IAMALIVE, transport, voevent } from '../support/packets.ts';
import { HeldStore, QUICK, run } from '../support/subscriber.ts';
import { turns } from '../support/wait.ts';
