"""Multi-head attention with the feed-forward network and the norm of paper 003."""

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn


class RelationAttention(BaseModule):
    """Multi-head attention, feed-forward network and norm (eq. 3-7; also 10-12 and 13-17).

    In the printed form, ``norm(MSA + FFN(MSA))``, the query enters only through its attention
    weights; ``residual=True``, our default, adds the query to MSA first, as transformers do.

    Args:
        embed_dims: Width D of queries, keys and output.
        num_heads: Number of heads h; each has D / h channels.
        scale: The factor lambda of eq. 4.
        ffn_dims: Hidden width of the feed-forward network.
        residual: Add the query to the output of the attention; False is the printed form.
        init: Initialization. ``'default'``: PyTorch's own. ``'identity'``: the merging layer of the
            attention and the last layer of the feed-forward network start at zero, so that with
            ``residual`` the block starts as the norm alone. ``'similarity'``: a layer norm precedes
            the projections, the projections start as identities, and the last layer of the
            feed-forward network starts at zero, so that the relation starts as a cosine similarity.
        gate: Start as the identity: with B(x) the output without a gate, the output is y = x + g
            B(x), with a learnable scalar g that is 0 at first (ReZero, Bachlechner et al. 2021).
        project_values: Project the values; False uses the source of the keys as values (eq. 13).

    Raises:
        ValueError: If ``num_heads`` does not divide ``embed_dims``, or ``init`` is unknown.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int = 8,
        scale: float = 0.125,
        ffn_dims: int = 1024,
        residual: bool = True,
        init: str = 'default',
        gate: bool = False,
        project_values: bool = True,
    ) -> None:
        super().__init__()
        if embed_dims % num_heads:
            raise ValueError(f'num_heads={num_heads} must divide embed_dims={embed_dims}.')
        if init not in ('default', 'identity', 'similarity'):
            raise ValueError(f"init='{init}' must be 'default', 'identity' or 'similarity'.")
        self.num_heads = num_heads
        self.scale = scale
        self.residual = residual
        self.pre_norm = nn.LayerNorm(embed_dims) if init == 'similarity' else nn.Identity()
        self.query = nn.Linear(embed_dims, embed_dims, bias=False)
        self.key = nn.Linear(embed_dims, embed_dims, bias=False)
        self.value = (
            nn.Linear(embed_dims, embed_dims, bias=False) if project_values else nn.Identity()
        )
        self.merge = nn.Linear(embed_dims, embed_dims, bias=False)
        self.ffn = nn.Sequential(
            nn.Linear(embed_dims, ffn_dims), nn.GELU(), nn.Linear(ffn_dims, embed_dims)
        )
        self.norm = nn.LayerNorm(embed_dims)
        self.gate = nn.Parameter(torch.zeros(())) if gate else None
        if init != 'default':
            self._initialize(init)

    def _initialize(self, init: str) -> None:
        if init == 'identity':
            nn.init.zeros_(self.merge.weight)
        else:
            for layer in (self.query, self.key, self.value, self.merge):
                if isinstance(layer, nn.Linear):
                    nn.init.eye_(layer.weight)
        last = self.ffn[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def _heads(self, x: Tensor) -> Tensor:
        """(N, D) -> (h, N, D / h)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(0, 1)

    def queries(self, x: Tensor) -> Tensor:
        """Q of eq. 3 for x (N, D), scaled by lambda: (h, N, D / h)."""
        return self._heads(self.query(self.pre_norm(x)) * self.scale)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """K and V of eq. 3 for x (M, D): (h, M, D / h) each."""
        x = self.pre_norm(x)
        return self._heads(self.key(x)), self._heads(self.value(x))

    def output(self, x: Tensor, heads: Tensor) -> Tensor:
        """The output (N, D) by eq. 6-7, from the source x of the queries and the heads
        (h, N, D / h)."""
        out = self.merge(heads.transpose(0, 1).flatten(1))
        if self.residual:
            out = out + x
        out = self.norm(out + self.ffn(out))
        return out if self.gate is None else x + self.gate * out

    def forward(
        self, x: Tensor, keys: Tensor, values: Tensor, bias: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Attend from x to keys and values.

        Args:
            x: (N, D), the source of the queries.
            keys: (h, M, D / h), from :meth:`keys_values`.
            values: (h, M, D / h).
            bias: Added to the relation of every head, (N, M) (eq. 8).

        Returns:
            The relation R (h, N, M) before its softmax (eq. 4) and the output (N, D) (eq. 7).
        """
        relation = self.queries(x) @ keys.transpose(1, 2)
        if bias is not None:
            relation = relation + bias
        return relation, self.output(x, relation.softmax(-1) @ values)

    def with_own(self, x: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Attend from each row of x to itself and to shared keys and values, not to other rows.

        Args:
            x: (N, D).
            keys: (h, S, D / h); S may be 0.
            values: (h, S, D / h).

        Returns:
            The output (N, D); each row depends only on the same row of x.
        """
        queries = self.queries(x)
        own_key, own_value = self.keys_values(x)
        own = (queries * own_key).sum(-1, keepdim=True)
        weights = torch.cat([own, queries @ keys.transpose(1, 2)], dim=-1).softmax(-1)
        return self.output(x, weights[..., :1] * own_value + weights[..., 1:] @ values)
