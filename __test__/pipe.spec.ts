/** The contract of pipes and of `wait`, with threads of a pool as the others. */

import test from 'ava';
import { Pool } from '../index.js';
import { pipeContract } from './contract/pipe.js';

pipeContract(test, (processes, options) => new Pool(processes, { ...options, backend: 'thread' }));
