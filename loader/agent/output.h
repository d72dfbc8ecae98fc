/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is handed over, and to whom, in sentences. Pure. */
#ifndef SLEEPPROXY_AGENT_OUTPUT_H
#define SLEEPPROXY_AGENT_OUTPUT_H

#include "agent/handover.h"
#include "agent/strbuf.h"

/* "eth0: 192.0.2.20 would be handed over, as nas; tcp/22 wakes it; …" */
void sentence_presence(const char *interface, const struct presence *presence, struct words *words);

/* "eth0: 192.0.2.20 is handed over to 192.0.2.1 (client 7), backup 192.0.2.2; …"; or without one */
void sentence_handover(const struct handover *handover, const struct handover *backup,
                       struct words *words);

/* "eth0: 192.0.2.20 is back from 192.0.2.1; lease renewed, 3600 s, 3400 s left" */
void sentence_report(const struct handover *handover, const struct npp_wakeup_confirm *confirm,
                     struct words *words);

#endif
