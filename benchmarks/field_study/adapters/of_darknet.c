/* A recurrent layer of darknet for ctypes, on a CPU: made, run forward and back, and freed.

   What its parser does not do on a CPU and its functions need is done in make(), and is named there. */
#include <stdio.h>
#include <stdlib.h>

#define fprintf(...) 0 /* layers announce themselves */

/* What a layer allocates is freed with it. */
static void **held;
static int holding;
static void *hold(void *memory) {
    held = realloc(held, (holding + 1) * sizeof(void *));
    return held[holding++] = memory;
}
#define calloc(count, size) hold(calloc(count, size))
#define malloc(size) hold(malloc(size))

#include "connected_layer.c"
#define increment_layer increment_lstm
#include "lstm_layer.c"
#undef increment_layer
#define increment_layer increment_rnn
#include "rnn_layer.c"
#undef increment_layer
#define increment_layer increment_gru
#include "gru_layer.c"

#pragma GCC visibility push(default)

enum { LSTM_KIND, RNN_KIND, GRU_KIND };

typedef struct {
    int kind, holding;
    layer l;
    layer *parts[8];
    void **held;
} made;

made *make(int kind, int batch, int steps, int inputs, int outputs, int shortcut) {
    made *m = (calloc)(1, sizeof(made));
    held = 0;
    holding = 0;
    m->kind = kind;
    if (kind == LSTM_KIND) {
        m->l = make_lstm_layer(batch * steps, inputs, outputs, steps, 0, 0);
        /* Its maker allocates no delta on a CPU, and its forward fills it. */
        m->l.delta = calloc(batch * steps * outputs, sizeof(float));
        layer *parts[] = {m->l.ui, m->l.uf, m->l.ug, m->l.uo, m->l.wi, m->l.wf, m->l.wg, m->l.wo};
        memcpy(m->parts, parts, sizeof parts);
    } else if (kind == RNN_KIND) {
        m->l = make_rnn_layer(batch * steps, inputs, outputs, steps, LOGISTIC, 0, 0);
        m->l.shortcut = shortcut;
        /* Its maker allocates one state, and its forward writes one for each step. */
        m->l.state = calloc(batch * outputs * (steps + 1), sizeof(float));
        layer *parts[] = {m->l.input_layer, m->l.self_layer, m->l.output_layer};
        memcpy(m->parts, parts, sizeof parts);
    } else {
        m->l = make_gru_layer(batch * steps, inputs, outputs, steps, 0, 0);
        m->l.tanh = 1;
        layer *parts[] = {m->l.ur, m->l.uz, m->l.uh, m->l.wr, m->l.wz, m->l.wh};
        memcpy(m->parts, parts, sizeof parts);
    }
    m->held = held;
    m->holding = holding;
    return m;
}

void unmake(made *m) {
    for (int i = 0; i < m->holding; i++)
        free(m->held[i]);
    free(m->held);
    free(m);
}

float *array(made *m, int part, int which) {
    layer *l = m->parts[part];
    float *arrays[] = {l->weights, l->biases, l->weight_updates, l->bias_updates};
    return arrays[which];
}

float *outputs(made *m) { return m->l.output; }

float *delta(made *m) { return m->l.delta; }

void forward(made *m, float *input) {
    network net = {0};
    net.train = 1;
    net.input = input;
    (m->kind == LSTM_KIND ? forward_lstm_layer : m->kind == RNN_KIND ? forward_rnn_layer : forward_gru_layer)(
        m->l, net);
}

void backward(made *m, float *input, float *d_input) {
    network net = {0};
    net.train = 1;
    net.input = input;
    net.delta = d_input;
    (m->kind == LSTM_KIND ? backward_lstm_layer
     : m->kind == RNN_KIND ? backward_rnn_layer
                           : backward_gru_layer)(m->l, net);
}
