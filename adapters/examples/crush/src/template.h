// A value in pieces: text, and what the host would put in its place.
#pragma once
#include "json.h"

typedef exports_hatch_template_t template_t;
typedef exports_hatch_segment_t segment_t;
typedef exports_hatch_list_loss_t losses_t;

void lose(losses_t *losses, text_t field, uint8_t kind, text_t detail);

template_t parse(text_t text);
segment_t env_segment(text_t name);

// The JSON text for a value. What is there already (`old`, or NULL) stays, if it means the same.
// False, and the reason, where the host can't say it.
bool render(text_t field, const text_t *old, template_t asked, losses_t *losses, text_t *json,
            text_t *reason);
