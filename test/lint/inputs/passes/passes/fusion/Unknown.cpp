struct Unknown : impl::NobodyKnowsBase<Unknown> {};
