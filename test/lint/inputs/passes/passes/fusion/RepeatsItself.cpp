struct RepeatsItself : impl::RepeatsItselfBase<RepeatsItself> {};
