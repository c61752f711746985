<?php

use App\Models\User;
use Illuminate\Support\Facades\Artisan;
use Illuminate\Support\Facades\Hash;

Artisan::command('user:add {tenant} {email} {password}', function ($tenant, $email, $password) {
    User::create([
        'name' => $email,
        'email' => $email,
        'password' => Hash::make($password),
        'tenant_id' => $tenant,
    ]);
});
