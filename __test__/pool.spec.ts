/** The contract of `Pool`, with threads as workers. */

import test from 'ava';
import { Pool } from '../index.js';
import { poolContract } from './contract/pool.js';

poolContract(test, (processes, options) => new Pool(processes, { ...options, backend: 'thread' }));
