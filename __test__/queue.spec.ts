/** The contract of the queues, with threads of a pool as the others. */

import test from 'ava';
import { Pool } from '../index.js';
import { queueContract } from './contract/queue.js';

queueContract(test, (processes, options) => new Pool(processes, { ...options, backend: 'thread' }));
