/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOST_H
#define _HOST_H


#include "shim/shim.h"
#include <mempool/objcache.h>
#include "rivals.h"

#endif /* _HOST_H */
