"""The step in plain PyTorch, on a CPU or a GPU: checks it against golden files, and times it.

    peer.py check GOLDEN [--device cuda]     one step from each golden state; exit code 1 where it differs
    peer.py time GOLDEN [--device cuda]      milliseconds of an iteration, one line of JSON per figure

GOLDEN is the folder that `submit/bench golden` writes. Needs PyTorch 2 and NumPy, no network.
"""

import argparse
import json
import math
import pathlib
import statistics
import sys
import time

import numpy
import torch
import torch.nn.functional as F

REPETITIONS = 7
SECONDS = 0.3  # of a repetition
WARM_UP = 15  # iterations: cuDNN chooses its algorithms in the first ones
# Largest difference of check: of a loss, and of Adam's moments relative to the largest value.
TOLERANCE = 5e-5
# That of running statistics: they follow the biases before them, which rounding moves where there are two updates.
RUNNING_TOLERANCE = 1e-4
# That of parameters, relative to the learning rate. Parameters whose gradients are mere rounding do not count, as Adam
# moves them by full steps: biases before batch normalisation, and others with a root of v below this share of the largest.
UPDATE_TOLERANCE = 1e-3
ROUNDING = 1e-4


class Network:
    """Layers as `submit/bench golden` describes them, and their parameters in DL4J's flat order.

    natural: padding as one writes it for PyTorch, by the same number of operations as it needs; else
    DL4J's, which puts the odd row after the image.
    """

    def __init__(self, settings, device, natural):
        self.natural = natural
        self.adam = settings['adam']
        self.updates = settings['updates']
        self.layers = [line.split(' ') for line in settings['layers']]
        self.row_by_row = not any(
            words[0] in ('convolution', 'transposed-convolution', 'batch-norm', 'dropout') for words in self.layers)
        self.device = device
        self.parameters = []  # trained ones, in flat order
        self.running = []  # mean and variance of each batch normalisation
        self.batches = []  # the same of each pass since the last update
        self.of = []  # of each layer
        self.where = []  # of the flat vector: (tensor, whether it is trained)
        for words in self.layers:
            self.of.append([self.add(*shape) for shape in self.shapes(words)])
            if words[0] == 'batch-norm':
                if words[4] != 'true':
                    sys.exit('error: found batch normalisation without a trained scale, expected batch-norm.gamma=true')
                channels = int(words[1])
                pair = [self.add(channels, trained=False), self.add(channels, trained=False)]
                torch.nn.init.ones_(pair[1])
                self.running.append(pair)
        for layer, words in zip(self.of, self.layers):
            for values in layer:
                if words[0] == 'batch-norm':
                    torch.nn.init.constant_(values, 1 if values is layer[0] else 0)
                else:
                    torch.nn.init.normal_(values, std=0.02)
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]

    @staticmethod
    def shapes(words):
        sizes = [int(w) for w in words[1:4] if w.isdigit()]
        if words[0] == 'dense':
            return [(sizes[1], sizes[0]), (sizes[1],)]
        if words[0] == 'convolution':
            return [(sizes[1],), (sizes[1], sizes[0], sizes[2], sizes[2])]
        if words[0] == 'transposed-convolution':
            return [(sizes[1],), (sizes[0], sizes[1], sizes[2], sizes[2])]
        return [(sizes[0],), (sizes[0],)] if words[0] == 'batch-norm' else []

    def add(self, *shape, trained=True):
        values = torch.zeros(shape, device=self.device, requires_grad=trained)
        self.where.append((values, trained))
        if trained:
            self.parameters.append(values)
        return values

    def load(self, flat, first, second):
        """Takes a state: all parameters, then the moments of those that are trained."""
        with torch.no_grad():
            self.fill([values for values, _ in self.where], flat)
            self.fill(self.first, first)
            self.fill(self.second, second)

    def fill(self, tensors, flat):
        at = 0
        for values in tensors:
            values.copy_(torch.from_numpy(flat[at:at + values.numel()]).view(values.shape))
            at += values.numel()
        if at != flat.size:
            sys.exit(f'error: found {flat.size} values, expected {at}')

    @staticmethod
    def flat(tensors):
        return numpy.concatenate([t.detach().cpu().numpy().ravel() for t in tensors])

    def state(self):
        return {'m': self.flat(self.first), 'v': self.flat(self.second),
                **self.parts(self.flat([values for values, _ in self.where]))}

    def parts(self, params):
        """Trained parameters and running statistics of a flat vector."""
        trained = numpy.concatenate([numpy.full(values.numel(), on) for values, on in self.where])
        return {'params': params[trained], 'running': params[~trained]}

    def forward(self, x):
        """A training pass."""
        norm = 0
        for words, own in zip(self.layers, self.of):
            kind = words[0]
            if kind == 'dense':
                x = F.linear(x, own[0], own[1])
            elif kind == 'convolution':
                x = self.convolution(x, own, *map(int, words[3:6]))
            elif kind == 'transposed-convolution':
                x = self.transposed(x, own, *map(int, words[3:7]))
            elif kind == 'batch-norm':
                x = self.batch_norm(x, own, norm, float(words[2]), float(words[3]))
                norm += 1
            elif kind == 'reshape':
                x = x.view(x.shape[0], *map(int, words[1:4]))
            elif kind == 'flatten':
                x = x.reshape(x.shape[0], -1)
            elif kind == 'leaky-relu':
                x = F.leaky_relu(x, float(words[1]))
            elif kind == 'dropout':
                x = F.dropout(x, float(words[1]))
            elif kind in ('relu', 'tanh', 'sigmoid'):
                x = getattr(torch, kind)(x)
            elif kind == 'softplus':
                x = F.softplus(x)
            else:
                sys.exit(f'error: {kind}: no such layer here')
        return x

    def convolution(self, x, own, kernel, stride, padding):
        if self.natural:
            return F.conv2d(x, own[1], own[0], stride, padding)
        pads = []
        for length in (x.shape[3], x.shape[2]):
            both = max(0, (-(-length // stride) - 1) * stride + kernel - length)
            pads += [both // 2, both - both // 2]
        return F.conv2d(F.pad(x, pads), own[1], own[0], stride)

    def transposed(self, x, own, kernel, stride, padding, more):
        if self.natural:
            return F.conv_transpose2d(x, own[1], own[0], stride, padding, more)
        both = 2 * padding - more
        y = F.conv_transpose2d(x, own[1], own[0], stride)
        start = both // 2
        return y[:, :, start:y.shape[2] - (both - start), start:y.shape[3] - (both - start)]

    def batch_norm(self, x, own, number, epsilon, momentum):
        mean, variance = self.running[number]
        if self.natural:
            return F.batch_norm(x, mean, variance, own[0], own[1], True, momentum, epsilon)
        dims = [0, 2, 3] if x.dim() == 4 else [0]
        with torch.no_grad():
            v, m = torch.var_mean(x, dims, correction=0)
        self.batches.append((number, momentum, m, v))
        return F.batch_norm(x, None, None, own[0], own[1], True, momentum, epsilon)

    def forget(self):
        """Drops the statistics of passes that no update follows."""
        self.batches.clear()

    def update(self, loss):
        """Adam in DL4J's form. Running statistics move by the mean of all passes."""
        gradients = torch.autograd.grad(loss, self.parameters)
        with torch.no_grad():
            for number, (mean, variance) in enumerate(self.running):
                passes = [b for b in self.batches if b[0] == number]
                if passes:
                    for running, at in ((mean, 2), (variance, 3)):
                        running.lerp_(sum(b[at] for b in passes) / len(passes), passes[0][1])
            self.forget()
            beta1, beta2, epsilon = (self.adam[key] for key in ('beta1', 'beta2', 'epsilon'))
            self.updates += 1
            rate = self.adam['rate'] * math.sqrt(1 - beta2**self.updates) / (1 - beta1**self.updates)
            torch._foreach_mul_(self.first, beta1)
            torch._foreach_add_(self.first, gradients, alpha=1 - beta1)
            torch._foreach_mul_(self.second, beta2)
            torch._foreach_addcmul_(self.second, gradients, gradients, 1 - beta2)
            if self.adam['epsilonInside']:
                below = torch._foreach_add(self.second, epsilon)
                torch._foreach_sqrt_(below)
            else:
                below = torch._foreach_sqrt(self.second)
                torch._foreach_add_(below, epsilon)
            torch._foreach_addcdiv_(self.parameters, self.first, below, -rate)

    def train(self, on):
        for p in self.parameters:
            p.requires_grad_(on)


class Step:
    """One worker's iterations: real and generated images pass the discriminator apart where it mixes rows."""

    def __init__(self, settings, device, natural=False):
        self.settings = settings
        self.g = Network(settings['generator'], device, natural)
        self.d = Network(settings['discriminator'], device, natural)

    @staticmethod
    def cross_entropy(logits, target):
        return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))

    def d_loss(self, real, fake):
        if self.d.row_by_row:
            of_real, of_fake = self.d.forward(torch.cat((real, fake))).split(real.shape[0])
        else:
            of_real, of_fake = self.d.forward(real), self.d.forward(fake)
        s = self.settings
        return s['weight'] * (
            self.cross_entropy(of_real, s['realTarget']) + self.cross_entropy(of_fake, s['fakeTarget']))

    def penalty(self, fake, real):
        s = self.settings
        fake_variance, fake_mean = torch.var_mean(fake, 0, correction=0)
        real_variance, real_mean = torch.var_mean(real, 0, correction=0)
        return (s['meanWeight'] * (fake_mean - real_mean).abs().sum()
                + s['varianceWeight'] * (fake_variance - real_variance).abs().sum())

    def iterate(self, real, z):
        """real [n, features], z [discriminator updates, n, latent]; returns both losses, of the last updates."""
        s = self.settings
        for draw in z:
            self.g.forget()
            fake = self.g.forward(draw).flatten(1)
            d = self.d_loss(real, fake.detach())
            self.d.update(d)
        self.d.train(False)
        for update in range(s['gSteps']):
            if update > 0:
                fake = self.g.forward(z[-1]).flatten(1)
            g = self.cross_entropy(self.d.forward(fake), 1.0)
            if s['meanWeight'] or s['varianceWeight']:
                g = g + self.penalty(fake, real)
            self.g.update(g)
            self.d.forget()
        self.d.train(True)
        return d.detach(), g.detach()


def settings_of(folder, kind):
    files = sorted(folder.glob(f'{kind}-*.json'))
    if not files:
        sys.exit(f'error: {folder}: found no {kind}-*.json, expected those of submit/bench golden')
    return [json.loads(f.read_text()) for f in files]


def check(folder, device):
    failed = False
    for settings in settings_of(folder, 'golden'):
        name = settings['name']

        def load(what):
            return numpy.load(folder / f'golden-{name}-{what}.npy')

        step = Step(settings, device)
        for network in ('generator', 'discriminator'):
            getattr(step, network[0]).load(*(load(f'{network}-{part}-before') for part in ('params', 'm', 'v')))
        real, z = (torch.from_numpy(load(what)).to(device) for what in ('real', 'z'))
        losses = [float(loss) for loss in step.iterate(real, z)]
        worst = {'loss': max(abs(a - b) / max(1, abs(b)) for a, b in zip(losses, settings['losses']))}
        updates = {}
        for name_of in ('generator', 'discriminator'):
            network = getattr(step, name_of[0])
            found = network.state()
            other = {'m': load(f'{name_of}-m-after'), 'v': load(f'{name_of}-v-after'),
                     **network.parts(load(f'{name_of}-params-after'))}
            for part in ('m', 'v', 'running'):
                if other[part].size:
                    worst[f'{name_of} {part}'] = float(
                        numpy.abs(found[part] - other[part]).max() / numpy.abs(other[part]).max())
            roots = numpy.sqrt(other['v'])
            counts = roots > ROUNDING * roots.max()
            moved = numpy.abs(found['params'] - other['params'])[counts].max()
            updates[name_of] = float(moved / settings[name_of]['adam']['rate'])
        # Not (x > tolerance), which NaN would pass.
        good = all(x <= (RUNNING_TOLERANCE if 'running' in key else TOLERANCE) for key, x in worst.items())
        good &= all(x <= UPDATE_TOLERANCE for x in updates.values())
        failed |= not good
        print(json.dumps({'check': name, 'device': str(device), 'same': bool(good), 'relative': worst,
                          'parameters, in learning rates': updates}))
    return 1 if failed else 0


def timed(run, device, count):
    if device.type == 'cuda':
        torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(count):
        run()
    if device.type == 'cuda':
        torch.cuda.synchronize()
    return (time.perf_counter() - start) / count


def time_all(folder, device, only):
    runs = []
    for settings in settings_of(folder, 'time'):
        for batch in settings['batches']:
            if only and only not in settings['name']:
                continue
            for tf32 in ([False, True] if device.type == 'cuda' else [False]):
                step = Step(settings, device, natural=True)
                real = torch.rand(batch, settings['features'], device=device)

                # Draws of z are a part of the iteration.
                def run(step=step, real=real, shape=(settings['dSteps'], batch, settings['latent'])):
                    return step.iterate(real, torch.rand(shape, device=device) * 2 - 1)

                runs.append(({'name': settings['name'], 'batch': batch, 'tf32': tf32}, run, []))

    def allow(tf32):
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32

    torch.backends.cudnn.benchmark = True
    counts = []
    for what, run, _ in runs:
        allow(what['tf32'])
        timed(run, device, WARM_UP if device.type == 'cuda' else 2)
        counts.append(max(3, math.ceil(SECONDS / timed(run, device, 3))))
    for _ in range(REPETITIONS):
        for (what, run, found), count in zip(runs, counts):
            allow(what['tf32'])
            found.append(1e3 * timed(run, device, count))
    name = torch.cuda.get_device_name(device) if device.type == 'cuda' else 'cpu'
    for what, _, found in runs:
        print(json.dumps({
            'time': what['name'], 'batch': what['batch'], 'tf32': what['tf32'], 'ms': round(statistics.median(found), 4),
            'least': round(min(found), 4), 'most': round(max(found), 4), 'device': name, 'torch': torch.__version__}))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('command', choices=('check', 'time'))
    parser.add_argument('golden', type=pathlib.Path)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--only', help='time only networks with this in their name')
    options = parser.parse_args()
    device = torch.device(options.device)
    if options.command == 'time':
        return time_all(options.golden, device, options.only)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return check(options.golden, device)


if __name__ == '__main__':
    sys.exit(main())
