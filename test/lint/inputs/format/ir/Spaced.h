int  spaced( int x );
