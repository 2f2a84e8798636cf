// Every room, step and panel on a screen 1400 pixels wide.

import { describe } from 'node:test';
import { testEveryRoom } from './layout.mjs';

describe('layout at 1400 pixels', () => testEveryRoom(1400));
