// Nothing of the contract is inline on the host: machine.cc has all of it.
#pragma once
