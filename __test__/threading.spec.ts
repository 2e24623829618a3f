/** The contract of the primitives, with threads of a pool as the others. */

import test from 'ava';
import { Pool } from '../index.js';
import { syncContract } from './contract/sync.js';

syncContract(test, (processes, options) => new Pool(processes, { ...options, backend: 'thread' }));
