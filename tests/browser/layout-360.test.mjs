// Every room, step and panel on a screen 360 pixels wide.

import { describe } from 'node:test';
import { testEveryRoom } from './layout.mjs';

describe('layout at 360 pixels', () => testEveryRoom(360));
