struct VerifyThings : impl::VerifyThingsBase<VerifyThings> {};
