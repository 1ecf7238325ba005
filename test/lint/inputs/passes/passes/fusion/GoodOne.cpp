struct GoodOne : impl::GoodOneBase<GoodOne> {};
