// Every room, step and panel on a screen 2560 pixels wide.

import { describe } from 'node:test';
import { testEveryRoom } from './layout.mjs';

describe('layout at 2560 pixels', () => testEveryRoom(2560));
