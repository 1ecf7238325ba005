// RUN: tenon-opt %s --split-input-file --verify-diagnostics --tenon-verify-plan

plan.entry @overlap arena 128 peak 128 lower_bound 128 {
  %a = plan.arena offset 0 size 128 live 0 to 2 of tensor<32xf32> <[0]>
  // expected-error@+1 {{overlaps another buffer while both are live (launches 1 to 2)}}
  %b = plan.arena offset 64 size 64 live 1 to 3 of tensor<16xf32> <[0]>
}

// -----

plan.entry @outside arena 64 peak 64 lower_bound 64 {
  // expected-error@+1 {{ends at 128, behind the arena's 64 bytes}}
  %a = plan.arena offset 64 size 64 live 0 to 0 of tensor<16xf32> <[0]>
}

// -----

plan.entry @unaligned arena 256 peak 64 lower_bound 64 {
  // expected-error@+1 {{has offset 32, which is no multiple of 64}}
  %a = plan.arena offset 32 size 64 live 0 to 0 of tensor<16xf32> <[0]>
}

// -----

plan.entry @no_kernel arena 0 peak 0 lower_bound 0 {
  // expected-error@+1 {{names no kernel: @nothing}}
  plan.launch @nothing() -> ()
}

// -----

// An empty tensor has no bytes to share.
plan.entry @empty arena 128 peak 128 lower_bound 128 {
  %a = plan.arena offset 0 size 128 live 0 to 2 of tensor<32xf32> <[0]>
  %b = plan.arena offset 64 size 0 live 1 to 3 of tensor<0xf32> <[0]>
}
