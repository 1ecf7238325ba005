//===- HloDistributedOps.td - Ops of more than one device, and tokens -----===//
//
// Read so that all of them can be reported at once; none is converted.
//
//===----------------------------------------------------------------------===//

include "compiler/import/stablehlo/dialect/HloAttrs.td"

// Written in generic form. Which of the attributes an op carries is not checked.
class Hlo_CollectiveOp<string mnemonic> : Hlo_Op<mnemonic> {
  let arguments = (ins Variadic<Hlo_Any>:$inputs,
      OptionalAttr<AnyAttr>:$replica_groups,
      OptionalAttr<AnyAttr>:$source_target_pairs,
      OptionalAttr<AnyAttr>:$channel_handle,
      OptionalAttr<AnyAttr>:$use_global_device_ids,
      OptionalAttr<AnyAttr>:$has_dynamic_root,
      OptionalAttr<AnyAttr>:$all_gather_dim,
      OptionalAttr<AnyAttr>:$scatter_dimension,
      OptionalAttr<AnyAttr>:$split_dimension,
      OptionalAttr<AnyAttr>:$concat_dimension,
      OptionalAttr<AnyAttr>:$split_count,
      OptionalAttr<AnyAttr>:$is_host_transfer,
      OptionalAttr<AnyAttr>:$infeed_config,
      OptionalAttr<AnyAttr>:$outfeed_config,
      OptionalAttr<AnyAttr>:$layout);
  let results = (outs Variadic<AnyType>:$results);
}
class Hlo_CollectiveWithBodyOp<string mnemonic> : Hlo_CollectiveOp<mnemonic> {
  let regions = (region SizedRegion<1>:$computation);
}

def Hlo_AllGatherOp : Hlo_CollectiveOp<"all_gather">;
def Hlo_AllToAllOp : Hlo_CollectiveOp<"all_to_all">;
def Hlo_CollectiveBroadcastOp : Hlo_CollectiveOp<"collective_broadcast">;
def Hlo_CollectivePermuteOp : Hlo_CollectiveOp<"collective_permute">;
def Hlo_AllReduceOp : Hlo_CollectiveWithBodyOp<"all_reduce">;
def Hlo_ReduceScatterOp : Hlo_CollectiveWithBodyOp<"reduce_scatter">;
def Hlo_InfeedOp : Hlo_CollectiveOp<"infeed">;
def Hlo_OutfeedOp : Hlo_CollectiveOp<"outfeed">;
def Hlo_SendOp : Hlo_CollectiveOp<"send">;
def Hlo_RecvOp : Hlo_CollectiveOp<"recv">;

class Hlo_NullaryOp<string mnemonic> : Hlo_Op<mnemonic> {
  let results = (outs Hlo_Any:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Hlo_CreateTokenOp : Hlo_NullaryOp<"create_token">;
def Hlo_ReplicaIdOp : Hlo_NullaryOp<"replica_id">;
def Hlo_PartitionIdOp : Hlo_NullaryOp<"partition_id">;

def Hlo_AfterAllOp : Hlo_Op<"after_all"> {
  let arguments = (ins Variadic<Hlo_Token>:$inputs);
  let results = (outs Hlo_Token:$result);
  let assemblyFormat = [{
    $inputs attr-dict `:` custom<SameTypes>(ref($inputs), type($inputs),
                                            type($result))
  }];
}
