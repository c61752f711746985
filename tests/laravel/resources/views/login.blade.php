<!DOCTYPE html>
<html lang="en">
<title>Sign in</title>
@foreach ($errors->all() as $error)
<p>{{ $error }}</p>
@endforeach
<form method="post" action="/login">
@csrf
<input name="email" type="email" required>
<input name="password" type="password" required>
<button>Sign in</button>
</form>
</html>
