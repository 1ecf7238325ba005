include "mlir/Pass/PassBase.td"

def GoodOne : Pass<"tenon-good-one"> {
  let summary = "Do one good thing to every module";
  let description = [{
    ```mlir
    before -> after
    ```
  }];
  let options = [Option<"size", "size", "int64_t", "1", "Elements per step">];
  let statistics = [Statistic<"count", "num-done", "Things done">];
}

def BadNames : Pass<"badnames"> {
  let summary = "Bad names.";
  let options = [Option<"size", "size", "int64_t", "1", "">];
  let statistics = [Statistic<"count", "num-done", "">];
}

def RepeatsItself : Pass<"tenon-repeats-itself"> {
  let summary = "Repeats itself";
  let description = [{ Text without an example. }];
}

def VerifyThings : Pass<"tenon-verify-things"> {
  let summary = "";
  let description = [{ A read-only pass needs no example. }];
}
